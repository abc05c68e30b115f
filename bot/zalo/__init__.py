"""What the running program needs for a Zalo Official Account: its tokens, its windows and budget, what was missed."""
