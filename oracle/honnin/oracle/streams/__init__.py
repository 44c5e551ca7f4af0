"""Logs as they come: bytes to blocks of lines, blocks to events, in order of time where that is asked."""
