-- +goose Up
CREATE VIEW customer_revenue AS
SELECT customers.id AS customer_id,
       customers.country_code,
       count(orders.id) AS orders,
       coalesce(sum(orders.total_cents), 0) AS total_cents
FROM customers
LEFT JOIN orders ON orders.customer_id = customers.id AND orders.status IN ('paid', 'shipped')
GROUP BY customers.id;

-- +goose Down
DROP VIEW customer_revenue;
