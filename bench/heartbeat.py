"""How late the heartbeat is while 1,000 feeds are polled and 100 of them hang; 95 seconds.

python bench/heartbeat.py --feeds 1000
"""

from __future__ import annotations

import argparse
import resource

from polling import heartbeat


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=1_000)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # a listening socket per feed
    print(heartbeat.measure(parser.parse_args().feeds))


if __name__ == "__main__":
    main()
