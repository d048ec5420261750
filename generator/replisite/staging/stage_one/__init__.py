"""Stage one: a page rendered once with everything but the deferred names.

filling         a cut's code (code.py) with the values of one page becomes a slot (slots.py)
run             one page being staged
stage           stage one; staging/stage_one/run.py: one page in it; staging/stage_one/template_calls.py and staging/stage_one/watch.py: what it hears; tripwire.py: what ends it
template_calls  what the compiled templates of a staged environment call while they run
watch           watch Python code that is given the context
"""
