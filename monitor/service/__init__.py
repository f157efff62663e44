"""The clock: what is due is asked at each heartbeat, and done by a thread for each duty."""

from monitor.service.doors import run_once, run_service
from monitor.service.holding import AlreadyRunning
from monitor.service.running import Service

__all__ = ["AlreadyRunning", "Service", "run_once", "run_service"]
