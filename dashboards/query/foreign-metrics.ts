/** Metrics in our queries that others export, with where they come from. */

interface ForeignMetric {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly labels: readonly string[];
  readonly source: "prom-client" | "prometheus" | "redis_exporter" | "node_exporter";
}

export const foreignMetrics = {
  targetUp: {
    type: "gauge",
    name: "up",
    labels: ["public_url", "board_url"],
    source: "prometheus",
  },
  processStart: {
    type: "gauge",
    name: "process_start_time_seconds",
    labels: [],
    source: "prom-client",
  },
  processCpu: {
    type: "counter",
    name: "process_cpu_seconds_total",
    labels: [],
    source: "prom-client",
  },
  processMemory: {
    type: "gauge",
    name: "process_resident_memory_bytes",
    labels: [],
    source: "prom-client",
  },
  redisUp: { type: "gauge", name: "redis_up", labels: [], source: "redis_exporter" },
  redisMemoryUsed: {
    type: "gauge",
    name: "redis_memory_used_bytes",
    labels: [],
    source: "redis_exporter",
  },
  redisMemoryMax: {
    type: "gauge",
    name: "redis_memory_max_bytes",
    labels: [],
    source: "redis_exporter",
  },
  redisCommands: {
    type: "counter",
    name: "redis_commands_processed_total",
    labels: [],
    source: "redis_exporter",
  },
  redisEvictedKeys: {
    type: "counter",
    name: "redis_evicted_keys_total",
    labels: [],
    source: "redis_exporter",
  },
  redisSnapshotOk: {
    type: "gauge",
    name: "redis_rdb_last_bgsave_status",
    labels: [],
    source: "redis_exporter",
  },
  redisAppendOk: {
    type: "gauge",
    name: "redis_aof_last_write_status",
    labels: [],
    source: "redis_exporter",
  },
  diskFree: {
    type: "gauge",
    name: "node_filesystem_avail_bytes",
    labels: ["device", "fstype", "mountpoint"],
    source: "node_exporter",
  },
  diskSize: {
    type: "gauge",
    name: "node_filesystem_size_bytes",
    labels: ["device", "fstype", "mountpoint"],
    source: "node_exporter",
  },
} as const satisfies Record<string, ForeignMetric>;
