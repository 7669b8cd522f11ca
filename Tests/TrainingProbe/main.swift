// A small program that TrainingTests runs under mpirun: `TrainingProbe FOLDER none|part|total|memory RANK STEP` trains a small
// network for 8 steps into FOLDER, with a checkpoint every 4, and spoils one message of RANK's exchange in STEP; or, with
// `memory`, a bit of what RANK loads, from STEP on, as broken memory would. All compare their arithmetic every 2 steps.

import Collectives
import Datasets
import FoundationEssentials
import Glibc
import Kernels
import Layers
import Models
import Runs
import Training

let arguments = Array(CommandLine.arguments.dropFirst())
let (folder, message) = (RunFolder(arguments[0]), arguments[1])
let (victim, step) = (Int(arguments[2]) ?? 0, Int(arguments[3]) ?? 0)

OpenBLAS.useCallingThreadOnly()
let world = try MPICommunicator(environment: ProcessInfo.processInfo.environment)
var communicator: any Communicator = world
if ["part", "total"].contains(message), world.rank == victim {
  // A bucket's parts, the other ranks' own sums, have tag 0; its totals tag 1. There is one bucket, and of either kind one
  // message comes from each other rank in every step.
  communicator = FlippingCommunicator(world, tag: message == "part" ? 0 : 1, number: (step - 1) * (world.size - 1) + 1)
}

var experiment = Experiment()
(experiment.dataset, experiment.batchSize, experiment.slice) = ("synthetic", 24, 8)
var schedule = Schedule()
(schedule.steps, schedule.checkpointEvery, schedule.validateEvery, schedule.journal) = (8, 4, 0, true)
schedule.verifyEvery = 2
let model = try Sequential(name: "probe", input: [32, 32, 3]) {
  MaxPooling2D(2)
  Flatten()
  Dense(10, activation: .softmax)
}
let arena = Trainer.arena(for: model, experiment: experiment)
model.initialize(arena.values.buffer, seed: experiment.seed)
let configuration = RunConfiguration(
  experiment: experiment, schedule: schedule, openblas: OpenBLAS.identity, version: "probe")
let recorder =
  world.rank == 0 ? RunRecorder(folder, configuration: configuration, lock: try folder.create()) : nil
var data = Synthetic.open().limited(to: 240)
if message == "memory", world.rank == victim {
  data = TrainingData(
    training: FlippingDataset(data.training, after: (step - 1 + step / 2) * experiment.batchSize / world.size),
    validation: data.validation)
}
do {
  try Trainer(
    experiment: experiment, schedule: schedule, data: data, model: model, arena: arena,
    state: TrainingState(), communicator: communicator, threads: 1, recorder: recorder
  ).run()
  try world.finalize()
} catch {
  if world.rank == 0 { print("error:", error) }
  try world.barrier()
  exit(ExitCode(for: error).rawValue)
}
