"""What commands found, as one page for people who were not there."""
