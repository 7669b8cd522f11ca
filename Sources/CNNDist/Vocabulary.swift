// The words of the Swift API. Each is one of the house's own types, so that a program needs this one import.

import Collectives
import Datasets
import Files
import KerasFiles
import Kernels
import Layers
import Models
import Objectives
import Optimizers
import Runs
import Tensors
import Training

// MARK: - Networks

/// A network: a graph of layers.
public typealias Model = Models.Model
/// What Keras calls `Sequential`: a model whose layers feed one another in a row.
public typealias Sequential = Models.Model
/// What a graph is written with: `Model(inputs:outputs:)` is all that lies between some of them.
public typealias SymbolicTensor = Models.SymbolicTensor
/// A layer that may be called several times, with the same parameters each time; and one that does not learn.
public typealias LayerInstance = Models.LayerInstance
/// The shape of one sample, channels last: `[32, 32, 3]`.
public typealias Shape = Tensors.Shape
/// A layer that changes nothing.
public typealias Identity = Layers.Identity
/// A layer cannot take the input that it got.
public typealias ShapeError = Layers.ShapeError
/// What training makes small: `Loss(.binaryCrossentropy)`.
public typealias Loss = Objectives.Loss
/// What is measured besides the loss.
public typealias Metric = Objectives.Metric
/// A network in a file, as Keras writes it.
public typealias ModelFile = KerasFiles.ModelFile
/// The element-wise function at the end of a layer.
public typealias Activation = Kernels.Activation
/// How the borders are treated: valid or same.
public typealias Padding = Kernels.Padding
/// How a parameter starts.
public typealias Initializer = Layers.Initializer
/// How a first convolution's filters are made of training samples.
public typealias Whitening = Layers.Whitening
/// A parameter's share of the loss: `.l2(0.01)`.
public typealias Regularizer = Layers.Regularizer
/// What a parameter is brought back to after each step.
public typealias Constraint = Layers.Constraint
/// What may be said of a parameter: how it starts, its regulariser and its constraint.
public typealias ParameterOptions = Layers.ParameterOptions

// MARK: - Layers

/// Convolution over one axis.
public typealias Conv1D = Layers.Conv1D
/// Convolution over two axes.
public typealias Conv2D = Layers.Conv2D
/// Convolution over three axes.
public typealias Conv3D = Layers.Conv3D
/// Convolution of each channel by itself, over one axis.
public typealias DepthwiseConv1D = Layers.DepthwiseConv1D
/// Convolution of each channel by itself, over two axes.
public typealias DepthwiseConv2D = Layers.DepthwiseConv2D
/// Convolution of each channel by itself and a mixture of them, over one axis.
public typealias SeparableConv1D = Layers.SeparableConv1D
/// Convolution of each channel by itself and a mixture of them, over two axes.
public typealias SeparableConv2D = Layers.SeparableConv2D
/// Transposed convolution over one axis.
public typealias Conv1DTranspose = Layers.Conv1DTranspose
/// Transposed convolution over two axes.
public typealias Conv2DTranspose = Layers.Conv2DTranspose
/// Transposed convolution over three axes.
public typealias Conv3DTranspose = Layers.Conv3DTranspose
/// A fully connected layer.
public typealias Dense = Layers.Dense
/// The largest value of each window, over one axis.
public typealias MaxPooling1D = Layers.MaxPooling1D
/// The largest value of each window, over two axes.
public typealias MaxPooling2D = Layers.MaxPooling2D
/// The largest value of each window, over three axes.
public typealias MaxPooling3D = Layers.MaxPooling3D
/// The mean of each window, over one axis.
public typealias AveragePooling1D = Layers.AveragePooling1D
/// The mean of each window, over two axes.
public typealias AveragePooling2D = Layers.AveragePooling2D
/// The mean of each window, over three axes.
public typealias AveragePooling3D = Layers.AveragePooling3D
/// The mean of each channel, over one axis.
public typealias GlobalAveragePooling1D = Layers.GlobalAveragePooling1D
/// The mean of each channel, over two axes.
public typealias GlobalAveragePooling2D = Layers.GlobalAveragePooling2D
/// The mean of each channel, over three axes.
public typealias GlobalAveragePooling3D = Layers.GlobalAveragePooling3D
/// The largest value of each channel, over one axis.
public typealias GlobalMaxPooling1D = Layers.GlobalMaxPooling1D
/// The largest value of each channel, over two axes.
public typealias GlobalMaxPooling2D = Layers.GlobalMaxPooling2D
/// The largest value of each channel, over three axes.
public typealias GlobalMaxPooling3D = Layers.GlobalMaxPooling3D
/// Brings each channel to mean 0 and variance 1, then scales and shifts it.
public typealias BatchNormalization = Layers.BatchNormalization
/// Zeroes a part of its input while training.
public typealias Dropout = Layers.Dropout
/// One axis instead of many.
public typealias Flatten = Layers.Flatten
/// x·scale + offset.
public typealias Rescaling = Layers.Rescaling
/// Images of another size.
public typealias Resizing = Layers.Resizing
/// The middle of an image.
public typealias CenterCrop = Layers.CenterCrop
/// Mirrors images at random.
public typealias RandomFlip = Layers.RandomFlip
/// Turns images at random.
public typealias RandomRotation = Layers.RandomRotation
/// Makes images larger or smaller at random.
public typealias RandomZoom = Layers.RandomZoom
/// Shifts images at random.
public typealias RandomTranslation = Layers.RandomTranslation
/// Changes the contrast of images at random.
public typealias RandomContrast = Layers.RandomContrast
/// Changes the brightness of images at random.
public typealias RandomBrightness = Layers.RandomBrightness
/// Other axes for the same numbers.
public typealias Reshape = Layers.Reshape
/// Zeros around an image.
public typealias ZeroPadding2D = Layers.ZeroPadding2D
/// Zeros around a sequence.
public typealias ZeroPadding1D = Layers.ZeroPadding1D
/// Zeros around a volume.
public typealias ZeroPadding3D = Layers.ZeroPadding3D
/// A sequence without its ends.
public typealias Cropping1D = Layers.Cropping1D
/// An image without its border.
public typealias Cropping2D = Layers.Cropping2D
/// A volume without its border.
public typealias Cropping3D = Layers.Cropping3D
/// Each element of a sequence several times.
public typealias UpSampling1D = Layers.UpSampling1D
/// A larger image.
public typealias UpSampling2D = Layers.UpSampling2D
/// A larger volume.
public typealias UpSampling3D = Layers.UpSampling3D
/// Axes in another order.
public typealias Permute = Layers.Permute
/// A row several times.
public typealias RepeatVector = Layers.RepeatVector
/// Each place brought to mean 0 and variance 1 over its last axes.
public typealias LayerNormalization = Layers.LayerNormalization
/// Each group of channels of a sample brought to mean 0 and variance 1.
public typealias GroupNormalization = Layers.GroupNormalization
/// Each sample, or each of its places, brought to length 1.
public typealias UnitNormalization = Layers.UnitNormalization
/// Zeroes whole channels of sequences.
public typealias SpatialDropout1D = Layers.SpatialDropout1D
/// Zeroes whole channels of images.
public typealias SpatialDropout2D = Layers.SpatialDropout2D
/// Zeroes whole channels of volumes.
public typealias SpatialDropout3D = Layers.SpatialDropout3D
/// Adds normal numbers while training.
public typealias GaussianNoise = Layers.GaussianNoise
/// Multiplies by normal numbers while training.
public typealias GaussianDropout = Layers.GaussianDropout
/// Dropout that keeps mean and deviation, for SELU.
public typealias AlphaDropout = Layers.AlphaDropout
/// A penalty on what passes.
public typealias ActivityRegularization = Layers.ActivityRegularization
/// An activation as a layer of its own, Keras's `Activation`.
public typealias ActivationLayer = Layers.ActivationLayer
/// The rectifier as a layer of its own.
public typealias ReLU = Layers.ReLU
/// The leaky rectifier as a layer of its own.
public typealias LeakyReLU = Layers.LeakyReLU
/// An exponential linear unit.
public typealias ELU = Layers.ELU
/// A rectifier with a learnt slope.
public typealias PReLU = Layers.PReLU
/// The softmax over the last axis as a layer of its own.
public typealias Softmax = Layers.Softmax
/// The sum of several tensors, element by element.
public typealias Add = Layers.Add
/// The difference of two tensors.
public typealias Subtract = Layers.Subtract
/// The product of several tensors.
public typealias Multiply = Layers.Multiply
/// The mean of several tensors.
public typealias Average = Layers.Average
/// The largest of several tensors.
public typealias Maximum = Layers.Maximum
/// The smallest of several tensors.
public typealias Minimum = Layers.Minimum
/// Several tensors side by side.
public typealias Concatenate = Layers.Concatenate

// MARK: - Data

/// Samples with labels; conform a type of your own to train on it.
public typealias Dataset = Datasets.Dataset
/// Training and validation samples.
public typealias TrainingData = Datasets.TrainingData
/// The CIFAR-10 images.
public typealias CIFAR10 = Datasets.CIFAR10
/// The CIFAR-100 images.
public typealias CIFAR100 = Datasets.CIFAR100
/// MNIST's digits, or Fashion-MNIST's clothes.
public typealias MNIST = Datasets.MNIST
/// A folder of pictures (PNG, JPEG, GIF, BMP, WebP), a folder a class.
public typealias ImageFolder = Datasets.ImageFolder
/// NumPy arrays in `.npy` files or an `.npz` file: `Arrays.open("scans.npz", for: model)`.
public typealias Arrays = Datasets.Arrays
/// What becomes of the numbers in arrays.
public typealias ArrayScale = Datasets.ArrayScale
/// Samples that the program holds in memory.
public typealias BufferSamples = Datasets.BufferSamples
/// Samples that the program reads or computes when it is asked for them.
public typealias ClosureSamples = Datasets.ClosureSamples
/// The training, validation and test samples of a data set, as far as it has them.
public typealias DataSplits = Datasets.DataSplits
/// The share of samples that is held back to validate with.
public typealias ValidationSplit = Datasets.ValidationSplit
/// What a sample's target is: for a data set of your own.
public typealias TargetKind = Tensors.TargetKind
/// A file, or a data set, that is missing or not what it must be.
public typealias FileError = Files.FileError
/// A file of Keras's that describes no network of ours.
public typealias ModelFormatError = KerasFiles.ModelFormatError
/// What was asked for cannot be.
public typealias UsageError = Runs.UsageError
/// Some rank failed, and all know of it.
public typealias SharedFailure = Training.SharedFailure
/// A rank was lost, or has not answered in time.
public typealias CollectiveError = Collectives.CollectiveError
/// Somebody wished the training to stop, and it has left what it goes on from.
public typealias Stopped = Collectives.Stopped
/// Random changes to training samples.
public typealias Augmentation = Datasets.Augmentation
/// Which training images are mirrored left to right.
public typealias FlipKind = Datasets.FlipKind
/// What is laid around an image before a part of it is cut out.
public typealias CropBorder = Datasets.CropBorder
/// Over what samples are brought to mean 0 and deviation 1.
public typealias NormalizationKind = Datasets.NormalizationKind
/// Drawn figures in ten classes, without files.
public typealias Synthetic = Datasets.Synthetic
/// Floats that a data set fills with a sample.
public typealias MutableFloatBuffer = Tensors.MutableFloatBuffer

// MARK: - Training

/// Stochastic gradient descent with momentum.
public typealias SGD = Optimizers.SGD
/// Adam, and AdamW with a weight decay.
public typealias Adam = Optimizers.Adam
/// Adam with Nesterov's momentum.
public typealias Nadam = Optimizers.Nadam
/// RMSprop.
public typealias RMSprop = Optimizers.RMSprop
/// Adagrad.
public typealias Adagrad = Optimizers.Adagrad
/// Adam with the largest gradient for a norm.
public typealias Adamax = Optimizers.Adamax
/// Adadelta.
public typealias Adadelta = Optimizers.Adadelta
/// Lion.
public typealias Lion = Optimizers.Lion
/// Momentum that is made orthogonal before it moves a kernel.
public typealias Muon = Optimizers.Muon
/// How the parameters of some names learn.
public typealias ParameterRule = Runs.ParameterRule
/// Slow weights that follow the others and are judged in their place.
public typealias Lookahead = Runs.Lookahead
/// How the learning rate changes with the step; a number alone is a constant one.
public typealias LearningRateSchedule = Optimizers.LearningRateSchedule
/// A rule that turns gradients into steps.
public typealias Optimizer = Optimizers.Optimizer
/// What one epoch gave.
public typealias EpochMetrics = Runs.EpochMetrics
/// What one step gave.
public typealias StepMetrics = Runs.StepMetrics
/// Hears how a run goes.
public typealias TrainingObserver = Training.TrainingObserver
/// How things stand when an epoch is done.
public typealias EpochEnd = Training.EpochEnd
/// Loss and accuracy on a data set.
public typealias Evaluation = Training.Evaluation
/// All ranks of a run, seen from one of them.
public typealias Communicator = Collectives.Communicator
/// One process alone.
public typealias SoloCommunicator = Collectives.SoloCommunicator
/// The ranks that `mpirun` or `srun` started.
public typealias MPICommunicator = Collectives.MPICommunicator
