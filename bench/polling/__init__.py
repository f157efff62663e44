"""What bench/poll.py is made of: the feeds, the server, and those who poll it."""
