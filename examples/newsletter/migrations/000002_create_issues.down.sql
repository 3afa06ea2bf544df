DROP TABLE deliveries;
DROP TABLE issues;
