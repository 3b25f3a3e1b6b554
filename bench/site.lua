-- A mix of pages at a steady pace: each connection waits a random while between requests, so that all of
-- them together ask `pace` times a second. Writes a line for each answer: kind, server time in ms, status.
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

function delay()
  if mean == 0 then return 0 end
  return math.floor(-mean * math.log(1 - math.random()))
end

function request()
  return wrk.format("GET", paths[math.random(#paths)])
end

function response(status, headers, body)
  local timing = headers["Server-Timing"] or headers["server-timing"] or ""
  local duration = timing:match("dur=([%d.]+)") or "nan"
  local kind = timing:match('desc="([^"]+)"') or "none"
  out:write(kind, " ", duration, " ", status, " ", #body, "\n")
end
