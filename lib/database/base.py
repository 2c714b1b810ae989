"""Django's PostgreSQL, with connections that notice an outage and end with their thread: ENGINE = "lib.database"."""

import threading

from django.db.backends.postgresql import base

from lib.outage import Connection


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params):
        connection = Connection.connect(**conn_params)
        vars(_of_this_thread)[self.alias] = _Closing(connection)
        return connection

    def is_usable(self):
        """Without the exchange by which Django would find out."""
        return self.connection is not None and self.connection.is_at_rest()


class _Closing:
    """Closes a connection when its thread has ended. Django's wrapper of it is part of a circle, which would be found
    by the garbage collector one day."""

    def __init__(self, connection):
        self.connection = connection

    def __del__(self):
        self.connection.close()


_of_this_thread = threading.local()
