-- +goose Up
CREATE TABLE customers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL,
    full_name text NOT NULL,
    country_code char(2) NOT NULL DEFAULT 'DE',
    created_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON COLUMN customers.country_code IS 'ISO 3166-1 alpha-2, where invoices go';

-- +goose Down
DROP TABLE customers;
