"""What the running program needs for a bot of Zalo's Bot Platform: how events come, and what its plan allows."""
