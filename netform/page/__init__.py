"""The planner's page: who is in which network, what that comes to, and what may be asked of it, over loopback.

In the order of the data: `state` and `journal` hold what people have decided, `one_area` and `ground` what it stands
on, `judgement` says what it comes to, `planning` brings these together, `questions`, `comparing` and `leaving` answer
what a meeting asks, and `server` puts it on the page in ``static``.
"""
