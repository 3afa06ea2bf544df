CREATE TABLE subscribers (
    id bigserial PRIMARY KEY,
    email text NOT NULL,
    confirmed_at timestamptz
);
