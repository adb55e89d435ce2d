select json_build_object(
    'id', o.key,
    'state', row_to_json(o),
    'terms', row_to_json(t),
    'payments', (select coalesce(json_agg(row_to_json(p) order by p.started_position), '[]') from order_payments p where p.key = o.key),
    'shipments', (select coalesce(json_agg(row_to_json(s) order by s.planned_position), '[]') from order_shipments s where s.key = o.key),
    'parked', (select p.steps from order_parked p where p.key = o.key limit 1),
    'alerts', (select coalesce(json_agg(row_to_json(a) order by a.position), '[]') from order_alerts a where a.key = o.key),
    'timeline', (select coalesce(json_agg(row_to_json(e) order by e.position), '[]') from order_timeline e where e.key = o.key)
)::text
from orders o
join order_terms t on t.key = o.key
where true