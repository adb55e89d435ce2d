update simulator.reports
set due_at = now() + interval '15 seconds', attempts = attempts + 1
where event_id in (
    select event_id from simulator.reports
    where copies_left > 0 and due_at <= now()
    order by due_at
    limit $1
    for update skip locked
)
returning event_id, body, attempts
