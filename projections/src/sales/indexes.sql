create index sales_by_day on sales (day);
