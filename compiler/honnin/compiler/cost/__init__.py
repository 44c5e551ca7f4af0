"""What a claim costs an oracle: what is kept for it, until when, and by which field the log could be split."""
