ALTER TABLE subscribers ADD COLUMN unsubscribed_at timestamptz;
CREATE UNIQUE INDEX subscribers_email_key ON subscribers (lower(email));
