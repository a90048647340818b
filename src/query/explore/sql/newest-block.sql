-- The newest block there is; answered from the parts' own figures without reading rows.
SELECT toString(max(block)) AS newest FROM spans
