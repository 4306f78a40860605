"""The back door: RQ. Every job, and nothing else."""
