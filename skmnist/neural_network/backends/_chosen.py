"""The trainer and the predictor of the back end that Keras runs on."""

import keras

from skmnist.neural_network.backends._keras import Predictor, Trainer

ChosenTrainer: type[Trainer] = Trainer
ChosenPredictor: type[Predictor] = Predictor
if keras.backend.backend() == "tensorflow":
    from skmnist.neural_network.backends._tensorflow._prediction import TensorFlowPredictor
    from skmnist.neural_network.backends._tensorflow._trainer import TensorFlowTrainer

    ChosenTrainer, ChosenPredictor = TensorFlowTrainer, TensorFlowPredictor
