create index stock_by_sku on stock (sku, warehouse);
