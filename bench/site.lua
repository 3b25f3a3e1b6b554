-- A mix of pages at a steady pace: each thread has one connection and rests a random while between requests,
-- so that all of them together ask `pace` times a second. It rests where an answer has come: wrk's own delay()
-- comes after the next connection is made, so that a server would wait for requests on idle connections.
-- Writes a line for each answer: kind, server time in ms, status, bytes.
local ffi = require("ffi")
ffi.cdef("int poll(void *fds, unsigned long count, int timeout);")
local paths, mean, out = {}, 0, nil
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("id", threads)
end

function init(args)
  for line in io.lines(args[1]) do paths[#paths + 1] = line end
  mean = tonumber(args[2])
  out = io.open(args[3] .. "." .. id, "w")
  out:setvbuf("line")
  math.randomseed(20261122 + id)
end

function request()
  return wrk.format("GET", paths[math.random(#paths)])
end

function response(status, headers, body)
  local timing = headers["Server-Timing"] or headers["server-timing"] or ""
  local duration = timing:match("dur=([%d.]+)") or "nan"
  local kind = timing:match('desc="([^"]+)"') or "none"
  out:write(kind, " ", duration, " ", status, " ", #body, "\n")
  if mean > 0 then ffi.C.poll(nil, 0, math.floor(-mean * math.log(1 - math.random()))) end
end
