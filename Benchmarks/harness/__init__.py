"""Compares load generators on one machine: same work, same server, in turn."""
