"""The front door: Flask. Every address of OpenBill, and nothing else."""
