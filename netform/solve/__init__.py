"""The best plan of an area with proof: `README.md` here tells the story, the tree of calls and the words.

What lives here returns data; sentences for planners are made in `netform.explain`, and nothing prints.
"""
