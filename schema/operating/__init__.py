"""How a server is run: its ports to the outside, logs, figures, traces and headers of answers."""
