"""Files that people have (logs, dumps, networks) into data files of the simulator."""
