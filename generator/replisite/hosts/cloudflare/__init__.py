"""Cloudflare, with its own command line.

host      the host: a folder that wrangler uploads
wrangler  Cloudflare's command line as a child process, without questions and telemetry, with its errors in plain words
"""
