"""Cloudflare, by its own command line.

host      Cloudflare, by its own command line
wrangler  Cloudflare's command line as a child process that asks nothing, tells nothing home, and whose errors are told plainly
"""
