"""What the operations of Parley would cost without Parley: the least any program on this machine could do.

No Django, no session, no permissions, no template; PostgreSQL, psycopg and granian as Parley uses them.
"""
