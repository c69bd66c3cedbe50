"""Several deeds at the same moment, each with a connection of its own (PostgreSQL)."""

import threading

from django.db import connection

from portal.errors import Refused


def at_once(jobs):
    """Run the jobs in threads that start together; returns their results, Refused among them."""
    outcomes, start = [], threading.Barrier(len(jobs))

    def run(job):
        try:
            start.wait()
            outcomes.append(job())
        except Refused as refusal:
            outcomes.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
