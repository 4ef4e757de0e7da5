-- Short columns of spans in LZ4, for the reasons of 0028; attributes stay in ZSTD. Types are still the exporter's.
ALTER TABLE {{database}}.otel_traces {{onCluster}}
    MODIFY COLUMN Timestamp CODEC(Delta(8), LZ4),
    MODIFY COLUMN TraceId CODEC(LZ4),
    MODIFY COLUMN SpanId CODEC(LZ4),
    MODIFY COLUMN ParentSpanId CODEC(LZ4),
    MODIFY COLUMN SpanName CODEC(LZ4),
    MODIFY COLUMN SpanKind CODEC(LZ4),
    MODIFY COLUMN ServiceName CODEC(LZ4),
    MODIFY COLUMN ScopeName CODEC(LZ4),
    MODIFY COLUMN ScopeVersion CODEC(LZ4),
    MODIFY COLUMN Duration CODEC(T64, LZ4),
    MODIFY COLUMN StatusCode CODEC(LZ4),
    MODIFY COLUMN `Events.Timestamp` CODEC(LZ4),
    MODIFY COLUMN `Events.Name` CODEC(LZ4),
    MODIFY COLUMN `Links.TraceId` CODEC(LZ4),
    MODIFY COLUMN `Links.SpanId` CODEC(LZ4),
    MODIFY COLUMN IngestedAt CODEC(Delta(4), LZ4)
