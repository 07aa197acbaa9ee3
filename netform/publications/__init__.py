"""What the NHS publishes, read as it comes: which publication a file is, and what it says of each practice.

Files are known by what is in them, never by their names, and joined by practice code into one table that is read
as any other list. Nothing here knows where a postcode is: who does is handed in.
"""
