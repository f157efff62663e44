"""Long runs under faults, each with a claim: `./run soak [NAME ...] [--seed N] [--count N]`."""
