"""Proofs that somebody else can check: obligations as files, a manifest that says what they prove, a second solver."""
