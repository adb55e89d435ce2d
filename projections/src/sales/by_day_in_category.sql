select row_to_json(summed)::text
from (
    select day, null::text as category, currency, count(*) as orders, sum(part.units)::bigint as units, sum(part.net) as net, sum(part.tax) as tax
    from sales
    cross join lateral (
        select entry.key as category, (entry.value ->> 'units')::bigint as units, (entry.value ->> 'net')::numeric as net,
               (entry.value ->> 'tax')::numeric as tax
        from jsonb_each(sales.categories) entry
    ) part
    where ($1::date is null or day >= $1) and ($2::date is null or day <= $2) and ($3::text is null or currency = $3)
      and ($4::text is null or part.category = $4)
    group by day, currency
    order by day, currency
) summed
