"""A specification for a log that begins in mid-stream: what is not known of the time before the log is kept apart from what is."""
