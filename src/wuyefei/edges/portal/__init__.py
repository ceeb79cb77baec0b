"""The owner's phone pages 业主手机页 under ``/h5/`` (product rows E4, E5).

Pages for WeChat's browser and any phone, with a frame and styles of their own on the shell's tokens. They have no
tables and change nothing themselves: who is signed in is an ``Owner`` of ``relations/accounts``, what they see goes
through one of their places, what they do is an action of the room that owns the row. A staff session opens none of
them, an owner's session opens no staff page.

``gate`` says who may open a page, ``queries`` gather what it shows, ``pages`` join the two.
"""
