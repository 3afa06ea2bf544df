-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE orders ADD COLUMN currency char(3);

-- Until now every shop but the Swiss one sold in euros.
UPDATE orders
SET currency = CASE customers.country_code WHEN 'CH' THEN 'CHF' ELSE 'EUR' END
FROM customers
WHERE customers.id = orders.customer_id;

CREATE INDEX CONCURRENTLY orders_currency_placed_at_idx ON orders (currency, placed_at);

ALTER TABLE orders ALTER COLUMN currency SET NOT NULL;
