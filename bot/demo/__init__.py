"""The demo: an invented union, its cadres, and what they have learned so far."""
