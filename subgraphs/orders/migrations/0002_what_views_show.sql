-- What a product was called, and where it stood in the shop, when it was bought.
alter table order_items add column name text not null default '';

alter table order_items add column category text;

-- Known once the order is on its way.
alter table orders add column tracking_number text;

alter table orders add column tracking_url text;
