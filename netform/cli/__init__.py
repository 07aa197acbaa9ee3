"""The command line, a module a command: the only place that prints, logs or exits.

Nothing else imports it, and it knows no algorithm: it turns options into a request, calls the pipeline, and says
what came.
"""
