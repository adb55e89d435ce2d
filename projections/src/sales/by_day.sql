select row_to_json(summed)::text
from (
    select day, null::text as category, currency, count(*) as orders, sum(units)::bigint as units, sum(net) as net, sum(tax) as tax
    from sales
    where ($1::date is null or day >= $1) and ($2::date is null or day <= $2) and ($3::text is null or currency = $3)
      and $4::text is null -- the same four parameters in every grouping
    group by day, currency
    order by day, currency
) summed
