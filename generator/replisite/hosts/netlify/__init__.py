"""Netlify, with its file-digest API.

api   Netlify's API over HTTP: the token, requests, and the meaning of error answers
host  the host: deploys that name every file with its digest
"""
