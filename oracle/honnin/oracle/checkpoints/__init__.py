"""What a run that may be killed at any moment leaves behind, so that the next one goes on as if nothing had happened."""
