ALTER TABLE loans ADD COLUMN due_on date;

UPDATE loans SET due_on = lent_on + 28;

ALTER TABLE loans ALTER COLUMN due_on SET NOT NULL;
ALTER TABLE loans ADD CONSTRAINT loans_due_after_lent CHECK (due_on >= lent_on);
