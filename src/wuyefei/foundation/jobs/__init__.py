"""The pages of long and scheduled work (后台任务, product row L2): what runs, how far it is, stopping and going on.

Nouns: a *job* is one piece of long work that somebody started; *scheduled* work comes by the clock. The work itself,
its states and its resume points belong to ``platform.jobs`` and ``platform.schedule``; here it is only shown and
steered. One sees what one started oneself, and in one's places the kinds of work one has the right to do: whoever sees
a job may stop and resume it.
"""
