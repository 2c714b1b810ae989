SNAPSHOT_BYTES = 10 * 1024 * 1024  # of what one link shows, as it is stored: whoever opens it makes us read it all
LIFE = 31_536_000  # seconds; a link with an end has it within a year
QUOTE = 50  # characters of the first question, where it stands for a title
PASSWORD = 128  # characters at most
PASSWORD_LEAST = 8
SELECTION = 100  # links that one request ends or changes
